-- What each night measured of itself, kept for ever: counts and rates, no values of persons.
CREATE TABLE night_metric (
    night DATE NOT NULL,
    metric VARCHAR NOT NULL,
    department VARCHAR NOT NULL,
    extract VARCHAR NOT NULL,
    item VARCHAR NOT NULL,
    value DOUBLE NOT NULL,
    size BIGINT NOT NULL
);
COMMENT ON TABLE night_metric IS 'measures of each night, by department and extract where they have one (else empty)';
COMMENT ON COLUMN night_metric.item IS 'the attribute, attribute=code, or class that is measured; else empty';
COMMENT ON COLUMN night_metric.size IS 'the rows, mentions, pairs or persons that the value is of';

-- Each measure beside the nights before it. distance: from the usual (of distributions: the population stability index);
-- edge: the distance from which on it is a drift; nights: how many it was compared with.
CREATE TABLE night_trend (
    night DATE NOT NULL,
    metric VARCHAR NOT NULL,
    department VARCHAR NOT NULL,
    extract VARCHAR NOT NULL,
    item VARCHAR NOT NULL,
    value DOUBLE NOT NULL,
    usual DOUBLE,
    distance DOUBLE,
    edge DOUBLE,
    nights BIGINT NOT NULL,
    state VARCHAR NOT NULL
);
COMMENT ON TABLE night_trend IS 'measures of each night beside those of the nights before';
COMMENT ON COLUMN night_trend.state IS 'usual, drift, or too_early: not enough nights or counts to tell';

-- Distinct address texts -> STD_ADDRESS.
-- In: temp tables std_address_clean (raw, text), std_address_head. Out: new_std_address.
CREATE OR REPLACE TEMP TABLE new_std_address AS
WITH placed AS (
    SELECT raw, division_code, coalesce(digits, 0) AS digits, substr(text, prefix_length + 1) AS rest
    FROM (SELECT DISTINCT raw, text FROM std_address_clean)  -- they are distinct; this spreads them over the threads
    LEFT JOIN std_address_head ON head = left(regexp_extract(text, '^[^0-9]*'), 26)
),
zoned AS (  -- a development zone in the place of the county, in other cities only
    SELECT *,
        CASE WHEN digits IN (2, 4) AND left(division_code, 4) <> left(getvariable('home_division'), 4)
            THEN regexp_extract(rest, '^[^镇乡街路0-9]{2,16}?(?:开发区|高新区|新区|园区|示范区)') ELSE '' END AS zone
    FROM placed
),
towned AS (
    SELECT * REPLACE (substr(rest, length(zone) + 1) AS rest),
        regexp_extract(substr(rest, length(zone) + 1),
            '^(?:(?:[^镇乡路街巷号0-9]{1,6}?|.镇)(?:街道办事处|街道办|街道|办事处)'
            || '|[^镇乡路街巷号0-9]{1,6}?镇|[^镇乡路街巷号0-9]{2,8}?(?:乡|苏木)'
            || '|[^社村路街号0-9]{0,6}?(?:开发区|高新区)(?:管委会|管理委员会)?)') AS town
    FROM zoned
),
doored AS (
    SELECT raw, division_code, digits, zone, regexp_replace(town, '(街道办事处|街道办|街道|办事处)$', '') AS town,
        substr(rest, length(town) + 1) AS rest,
        regexp_extract(substr(rest, length(town) + 1),
            '^(.*?)([0-9]{1,3}|[A-Z][0-9]{0,2})(?:号楼|号公寓|#楼|栋楼?|幢楼?|座|#|楼|-)(?:([0-9]{1,2}|[A-Z])(?:单元|门|-))?'
            || '(?:[0-9]{1,2}层)?([0-9]{3,4})(?:室|户|号|号房|房)?$',
            ['head', 'building', 'unit', 'room']) AS door,
        CASE WHEN regexp_matches(rest, '(?:号楼|#楼|栋楼?|幢楼?|座)(?:[0-9]{1,2}单元)?(?:[0-9]{1,2}室)?$')
            THEN regexp_extract(substr(rest, length(town) + 1),
                '^(.*?)([0-9]{1,3})(?:号楼|#楼|栋楼?|幢楼?|座)(?:([0-9]{1,2})单元)?(?:([0-9]{1,2})室)?$',
                ['head', 'building', 'unit', 'room']) END AS block
    FROM towned
),
headed AS (
    SELECT raw, division_code, digits, zone,
        CASE WHEN town SIMILAR TO '.*(开发区|高新区).*' THEN regexp_extract(town, '(开发区|高新区)')
            WHEN length(town) > 2 THEN regexp_replace(town, '(镇|乡|苏木)$', '') ELSE town END AS town,
        CASE WHEN door.room <> '' THEN door WHEN block.building <> '' THEN block END AS door,
        regexp_extract(
            CASE WHEN door.room <> '' THEN door.head WHEN block.building <> '' THEN block.head ELSE rest END,
            '^(?:([^0-9路街巷号]{1,12}?社区)(?:居委会)?)?'
            || '(?:([^0-9号]{1,12}?(?:大街|大道|路|街|巷|胡同|道))([0-9]+(?:-[0-9]+)?)号)?(.*)$',
            ['community', 'street', 'street_no', 'tail']) AS part
    FROM doored
),
laned AS (  -- a street inside a village belongs to the house
    SELECT * REPLACE (CASE WHEN door IS NULL AND part.street LIKE '_%村_%'
            THEN struct_pack(community := part.community, street := '', street_no := '',
                tail := part.street || part.street_no || part.tail) ELSE part END AS part)
    FROM headed
),
housed AS (
    SELECT raw, division_code, digits, zone, town, door, part,
        CASE WHEN door IS NULL THEN regexp_extract(part.tail,
            '^([^0-9]*?)(?:[0-9]+组)?([0-9]+(?:-[0-9]+)?)?(?:号院|号户|号|#|院|户)?$', ['place', 'house_no']) END AS house
    FROM laned
),
parted AS (
    SELECT raw, division_code, digits, zone, nullif(town, '') AS town,
        nullif(part.community, '') AS community, nullif(part.street, '') AS street, nullif(part.street_no, '') AS street_no,
        part.tail AS tail, door IS NOT NULL AS has_door,
        ltrim(nullif(door.building, ''), '0') AS building, ltrim(nullif(door.unit, ''), '0') AS unit,
        ltrim(nullif(door.room, ''), '0') AS room,
        nullif(house.place, '') AS place, ltrim(nullif(house.house_no, ''), '0') AS house_no
    FROM housed
),
settled AS (
    SELECT * REPLACE (
            CASE WHEN NOT (has_door AND tail = '' AND street IS NULL) THEN community END AS community,
            coalesce(place, CASE WHEN NOT has_door AND house_no IS NOT NULL AND street IS NULL THEN community END) AS place),
        CASE WHEN has_door THEN coalesce(nullif(tail, ''), CASE WHEN street IS NULL THEN community END)
            WHEN place SIMILAR TO getvariable('estate_pattern') THEN place END AS estate
    FROM parted
),
named AS (
    SELECT *,
        CASE WHEN NOT has_door AND estate IS NULL THEN regexp_extract(place, '^(.*村|.*)(.*)$', ['village', 'lane']) END AS hamlet
    FROM settled
),
complete AS (
    SELECT * REPLACE (
            CASE WHEN hamlet.village LIKE '%社区' AND hamlet.village = community THEN NULL ELSE community END AS community,
            CASE WHEN NOT has_door AND estate IS NOT NULL THEN house_no ELSE building END AS building),
        CASE WHEN town IS NOT NULL OR house_no IS NOT NULL OR hamlet.village SIMILAR TO getvariable('village_pattern')
            THEN nullif(hamlet.village, '') END AS village,
        CASE WHEN estate IS NULL THEN coalesce(hamlet.lane, '') || house_no END AS door_no,
        coalesce(estate, CASE WHEN has_door THEN street || street_no END) AS block_name,
        digits = 0 OR division_code = getvariable('home_division') AS at_home
    FROM named
),
keyed AS (
    SELECT *,
        at_home AND coalesce(town, community, street, estate, village) IS NOT NULL
            AND coalesce(village, '') NOT SIMILAR TO getvariable('elsewhere_pattern') AS is_local,
        CASE WHEN NOT at_home THEN division_code || zone || '|' ELSE '' END || coalesce(town, '') || '|' AS area
    FROM complete
)
SELECT raw AS address_raw, is_local, division_code, town, community, street, street_no, estate, building, unit, room,
    CASE WHEN is_local OR digits > 0 THEN village END AS village,
    CASE WHEN is_local OR digits > 0 THEN door_no END AS house_no,
    CASE WHEN room IS NOT NULL AND building IS NOT NULL THEN area || block_name || '|' || building || '|' || room
        WHEN is_local OR digits > 0 THEN area || village || '|' || door_no END AS dwelling_key,
    CASE WHEN is_local OR digits > 0 THEN area || coalesce(block_name, village) END AS place_key
FROM keyed;

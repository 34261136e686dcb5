SELECT unnest(departments) AS department FROM _wh_living

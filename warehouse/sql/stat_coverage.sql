SELECT array_to_string(departments, ' + ') AS departments FROM _wh_living

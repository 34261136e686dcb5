"""The roof: wires the rooms into Dagster assets, checks, sensors, schedules, jobs and a command line."""

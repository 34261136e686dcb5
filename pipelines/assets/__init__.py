"""The assets of a night, in order: intake → standard mentions by department → crosswalk and persons → base."""

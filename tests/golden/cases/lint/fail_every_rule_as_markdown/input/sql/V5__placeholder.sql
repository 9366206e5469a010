INSERT INTO a VALUES (${what});

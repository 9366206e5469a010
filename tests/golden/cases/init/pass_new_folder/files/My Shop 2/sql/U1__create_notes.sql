-- Takes back V1 and nothing else.
DROP TABLE notes;

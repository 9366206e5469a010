CREATE TABLE shop (id bigint PRIMARY KEY);

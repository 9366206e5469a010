CREATE TABLE entries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    booked_on date NOT NULL,
    amount numeric(12, 2) NOT NULL
);

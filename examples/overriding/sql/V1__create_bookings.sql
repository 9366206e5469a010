CREATE TABLE ledger.bookings (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account text NOT NULL,
  amount numeric(14, 2) NOT NULL,
  booked_at timestamptz NOT NULL DEFAULT now()
);

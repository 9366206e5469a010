DROP TABLE ledger.bookings;

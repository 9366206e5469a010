SELECT to_regclass('ledger.bookings') IS NOT NULL AS bookings_exist;

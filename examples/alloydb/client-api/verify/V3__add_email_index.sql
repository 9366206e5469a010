SELECT EXISTS (
  SELECT FROM pg_index
  WHERE indexrelid = to_regclass('client_api.idx_users_email') AND indisunique AND indisvalid
) AS addresses_are_unique;

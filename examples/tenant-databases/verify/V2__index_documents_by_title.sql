SELECT EXISTS (
    SELECT FROM pg_index WHERE indexrelid = to_regclass('documents_title_idx') AND indisvalid
) AS index_is_usable;

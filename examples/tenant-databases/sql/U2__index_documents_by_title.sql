DROP INDEX CONCURRENTLY documents_title_idx;

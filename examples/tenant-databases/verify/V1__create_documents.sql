-- Each row is a document without a title.
SELECT id FROM documents WHERE btrim(title) = '';

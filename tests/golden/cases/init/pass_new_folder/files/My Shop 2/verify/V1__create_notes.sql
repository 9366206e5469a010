-- Each row is a note without text: verify fails when there is one.
SELECT id FROM notes WHERE body = '';

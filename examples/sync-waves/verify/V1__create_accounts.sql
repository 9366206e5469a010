-- Each row is an account without a name.
SELECT id FROM app.accounts WHERE btrim(name) = '';

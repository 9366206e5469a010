-- Each row is an account without a tier.
SELECT id FROM app.accounts WHERE tier IS NULL;

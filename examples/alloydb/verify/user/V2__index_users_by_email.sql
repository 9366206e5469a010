-- One account for each address, however it is written.
SELECT lower(email) FROM user_api.users GROUP BY 1 HAVING count(*) > 1;

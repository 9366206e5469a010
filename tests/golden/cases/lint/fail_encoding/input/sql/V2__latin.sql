-- grφίe
SELECT 1;

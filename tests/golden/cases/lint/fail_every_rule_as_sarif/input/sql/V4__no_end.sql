SELECT 'größe
;

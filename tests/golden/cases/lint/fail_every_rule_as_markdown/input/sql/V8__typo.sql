CREAT TABLE x (id int);

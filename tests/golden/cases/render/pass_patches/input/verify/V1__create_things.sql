SELECT id FROM things WHERE id < 0;

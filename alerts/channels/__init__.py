"""Ways to reach people, one file each; a new one needs no more than its file, its settings and its test."""

"""Questions that actors answer: a folder for each, with the answer it asks for and the rules that give one."""

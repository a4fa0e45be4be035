"""The commands of the replay: each takes rows and gives rows. A command owns the rows it is handed."""

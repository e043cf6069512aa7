"""What operators and schedulers keep in a store of the harvests: notes, commands, how each source stands."""

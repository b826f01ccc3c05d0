"""What follows from the state and is needed in several places: computed where asked for, kept nowhere."""

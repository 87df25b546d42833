"""What stands between the network and the screens: who may ask, what is passed on, and what goes to a log."""

"""What a robot can do: one bot, a module or package, for each kind of system. Settings name this package."""

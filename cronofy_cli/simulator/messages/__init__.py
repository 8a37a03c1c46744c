"""What goes over the wire to and from the simulated API."""

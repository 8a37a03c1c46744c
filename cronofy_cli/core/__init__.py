"""What the product knows, without the world: no clock, environment, network, Typer or Rich in here."""

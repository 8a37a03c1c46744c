"""One outside thing each: Cronofy's API, the store on disk, settings, credentials."""

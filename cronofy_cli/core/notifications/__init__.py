"""Notification channels, push notifications and the deliveries that carried them."""

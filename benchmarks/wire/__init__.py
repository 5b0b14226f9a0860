"""Readers without a browser: their sessions over the websocket, their line, what they cost the server."""

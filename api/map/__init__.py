"""The map page: its shell, the files that vite built, and the layers that it can show."""

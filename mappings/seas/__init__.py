"""What is said of the Collections of SEAS, the receiving station of Cayenne; the mapping is mappings/partners.py."""

"""What is said of the Collections of VIGISAT, the receiving station of Brest; the mapping is mappings/partners.py."""

"""Items as partners' catalogues take them: ISO 19139 (gmd:MD_Metadata) and Dublin Core (oai_dc)."""

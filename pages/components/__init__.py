"""Parts that several screens share: what is chosen, the sidebar, tables and downloads."""

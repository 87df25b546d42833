"""Files in: read as text, converted by contract, checked by rules. Nothing here touches the store."""

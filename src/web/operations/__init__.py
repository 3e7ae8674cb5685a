"""Operations: how far behind the followers are."""

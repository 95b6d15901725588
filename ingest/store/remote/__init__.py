"""A store on object storage. Needs the extra `cloud`; nothing here is imported for a store in a folder."""

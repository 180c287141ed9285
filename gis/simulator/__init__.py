"""A scripted shift that drives the system as real devices do: over HTTP, with device tokens, and no other way.

Pure: streets, walker, city, phrases, cases, cameras, script. With a clock or a network: devices, shift. With the
database: facts (what the city looks like) and accounts (who carries which token).
"""

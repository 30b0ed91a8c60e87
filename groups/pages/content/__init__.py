"""What stands in a page: read out of its changes, written back into them, and told in other forms."""

from groups.pages.content.tree import Node, Words, addresses_in, blocks_of, opened

__all__ = ["Node", "Words", "addresses_in", "blocks_of", "opened"]

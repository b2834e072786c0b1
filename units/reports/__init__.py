from .tree import Level, Node, Placed, find_units, level_below, tree_of, with_superiors

__all__ = ["Level", "Node", "Placed", "find_units", "level_below", "tree_of", "with_superiors"]

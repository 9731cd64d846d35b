"""自动校验: numbered rules over items, one at a time or a whole list. A rule never raises and never reads the database itself.

``rule`` is what a rule is; ``bases``, ``handling``, ``codes``, ``duties``, ``elements`` and ``whole_list`` hold the rules;
``published`` reads a region's list and what rules compare it with. Rules about a change (not an item) stand in ``reviews.checks``.
"""

from qingdan.items.checks import bases, codes, duties, elements, handling, whole_list

ITEM_RULES = (*bases.RULES, *handling.RULES, *codes.RULES, *duties.RULES, *elements.RULES, *whole_list.RULES)

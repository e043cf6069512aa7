"""What a person does in stac-browser, step by step, as scripts for its page. `sb(name)` is the visible component of that name."""

from dataclasses import dataclass

PRELUDE = """
window.sbAll = name => {
  const found = [];
  const visit = one => {
    if (one.$options.name === name) found.push(one);
    one.$children.forEach(visit);
  };
  visit(document.querySelector('#stac-browser').__vue__.$root);
  return found;
};
window.sb = name => sbAll(name).find(one => one.$el.offsetParent !== null) || sbAll(name)[0];
window.go = path => { location.hash = '#' + path; };
window.submit = () => sb('SearchFilter').$el.querySelector('button[type=submit]').click();
window.filterBy = (id, make, operator) => {
  const form = sb('SearchFilter');
  const queryable = form.queryables.find(one => one.id === id);
  form.additionalFieldSelected(queryable);
  const filter = form.filters[form.filters.length - 1];
  filter.operator = queryable.getOperators(form.cql).find(one => one.SYMBOL === operator);
  filter.value = new filter.value.constructor(make(filter.value));
};
window.sortBy = (field, direction) => {
  const form = sb('SearchFilter');
  const term = form.sortOptions.find(one => one.value === field);
  if (!term) throw new Error('stac-browser does not sort by ' + field);
  form.sortFieldSet(term);
  form.sortDirectionSet(direction);
};
window.reset = () => sb('SearchFilter').onReset();
true
"""


@dataclass(frozen=True)
class Step:
    """`script` is a JavaScript expression; its requests are recorded under `name`."""

    name: str
    script: str


_SEARCH = (
    Step("collection search", "go('/search')"),
    Step("collection search: words", "sb('SearchFilter').addSearchTerm('sentinel'); submit()"),
    Step(
        "collection search: time", "reset(); sb('SearchFilter').query.datetime = [new Date('2019-01-01'), new Date('2021-01-01')]; submit()"
    ),
    Step("collection search: place", "reset(); sb('SearchFilter').query.bbox = [-5, 41, 10, 51]; submit()"),
    Step("collection search: identifiers backwards", "reset(); sortBy('id', -1); submit()"),
    Step("collection search: titles in order", "reset(); sortBy('title', 1); submit()"),
    Step("collection search: a text like another", "reset(); filterBy('title', () => '%Sentinel%', 'like'); submit()"),
    Step("collection search: pages", "reset(); sb('SearchFilter').setLimit(5); submit()"),
    Step("collection search: next page", "sb('Search').loadResults(sb('Search').pagination.next)"),
    Step("search", "sb('Search').activeSearch = 1"),
    Step("search: all", "submit()"),
    Step("search: pages", "sb('SearchFilter').setLimit(5); submit()"),
    Step("search: next page", "sb('Search').loadResults(sb('Search').pagination.next)"),
    Step("search: page after it", "sb('Search').loadResults(sb('Search').pagination.next)"),
    Step("search: previous page", "sb('Search').loadResults(sb('Search').pagination.prev)"),
    Step("search: words", "reset(); sb('SearchFilter').addSearchTerm('sentinel'); sb('SearchFilter').addSearchTerm('spot'); submit()"),
    Step("search: time", "reset(); sb('SearchFilter').query.datetime = [new Date('2019-01-01'), new Date('2021-01-01')]; submit()"),
    Step("search: place", "reset(); sb('SearchFilter').query.bbox = [-5, 41, 10, 51]; submit()"),
    Step("search: collections", "reset(); sb('SearchFilter').query.collections = ['sentinel-2-l1c', 'airbus-phr']; submit()"),
    Step(
        "search: identifiers",
        "sb('SearchFilter').query.collections = []; sb('SearchFilter').addId(sb('Search').data.features[0].id); submit()",
    ),
    Step("search: newest first", "reset(); sortBy('properties.datetime', -1); submit()"),
    Step("search: identifiers in order", "reset(); sortBy('id', 1); submit()"),
    Step("search: created last first", "reset(); sortBy('properties.created', -1); submit()"),
    Step("search: updated first first", "reset(); sortBy('properties.updated', 1); submit()"),
    Step("search: titles in order", "reset(); sortBy('properties.title', 1); submit()"),
    Step("search: a number", "reset(); filterBy('eo:cloud_cover', () => 20, '<'); submit()"),
    Step("search: a text like another", "reset(); filterBy('platform', () => 'sentinel%', 'like'); submit()"),
    Step("search: a time", "reset(); filterBy('datetime', () => new Date('2020-01-01T00:00:00Z'), '>='); submit()"),
    Step(
        "search: one or the other",
        "reset(); sb('SearchFilter').filtersAndOr = 'or'; filterBy('platform', () => 'sentinel-2a', '=');"
        " filterBy('eo:cloud_cover', () => 50, '>='); submit()",
    ),
    Step("search: one of few values", "reset(); filterBy('moisson:availability', value => value.value, '='); submit()"),
)

WALK = (
    Step("landing page", "go('/')"),
    Step("a catalogue", "go('/catalogs/peps')"),
    Step("a collection", "go('/collections/sentinel-2-l1c')"),
    Step("next page of items", "sb('Items').$emit('paginate', sb('Items').pagination.next)"),
    Step("previous page of items", "sb('Items').$emit('paginate', sb('Items').pagination.prev)"),
    Step("filters of items", "sb('Items').filtersOpen = true"),
    Step("items: a number", "filterBy('eo:cloud_cover', () => 20, '<'); submit()"),
    Step("items: newest first", "reset(); sortBy('properties.datetime', -1); submit()"),
    Step("items: words", "reset(); sb('SearchFilter').addSearchTerm('sentinel'); submit()"),
    Step("an item", "go('/collections/sentinel-2-l1c'); setTimeout(() => go(sb('Items').items[0].getBrowserPath()), 1500)"),
    *_SEARCH,
    Step("a catalogue again", "go('/catalogs/peps')"),
    Step("in French", "sb('LanguageChooser').setLocale('fr')"),
    Step("landing page in French", "go('/')"),
    Step("a collection in French", "go('/collections/airbus-phr')"),
)

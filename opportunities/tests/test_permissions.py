"""Who may do what: owner, colleague, manager, outsider and administrator, and what a refusal says."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.core.exceptions import PermissionDenied

from opportunities.permissions import (
    ACTIONS,
    GROUPS,
    IN_CLOSED_PERIOD,
    NAMES,
    OWN,
    Backend,
    may,
    missing_permission,
    require,
)
from opportunities.tests.factories import OpportunityFactory, UserFactory

pytestmark = pytest.mark.django_db

# For each action on Marta's opportunity, what each user lacks.
MISSING = {
    "view": {"salesperson": None, "colleague": None, "outsider": "view_opportunity"},
    "add": {"salesperson": None, "colleague": None, "outsider": "add_opportunity"},
    "change": {
        "salesperson": None,
        "colleague": "change_any_opportunity",
        "outsider": "change_any_opportunity",
    },
    "close": {
        "salesperson": None,
        "colleague": "close_any_opportunity",
        "outsider": "close_any_opportunity",
    },
    "reopen": dict.fromkeys(["salesperson", "colleague", "outsider"], "reopen_any_opportunity"),
}


@pytest.fixture
def opportunity(salesperson):
    return OpportunityFactory(owner=salesperson)


def test_every_action_is_tried():
    assert set(MISSING) == set(ACTIONS)
    assert set(NAMES) == {codename for codenames in ACTIONS.values() for codename in codenames} | {IN_CLOSED_PERIOD}


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("role", ["salesperson", "colleague", "outsider", "manager", "administrator"])
def test_each_user_may_do_what_the_design_says(request, opportunity, role, action):
    user, expected = request.getfixturevalue(role), MISSING[action].get(role)
    target = None if action == "add" else opportunity
    assert missing_permission(user, action, target) == expected
    assert may(user, action, target) == (expected is None)
    if expected:
        with pytest.raises(PermissionDenied) as refusal:
            require(user, action, target)
        assert f"({expected})" in str(refusal.value)
        assert NAMES[expected] in str(refusal.value)
    else:
        require(user, action, target)


def test_an_owner_who_may_not_lacks_the_permission_for_their_own(outsider):
    opportunity = OpportunityFactory(owner=outsider)
    assert missing_permission(outsider, "close", opportunity) == "close_opportunity"
    with pytest.raises(PermissionDenied) as refusal:
        require(outsider, "change", opportunity)
    assert str(refusal.value) == (
        "This needs the permission to change one's own opportunities (change_opportunity). Ask an administrator."
    )


def test_a_permission_for_everybodys_is_enough_for_ones_own(outsider):
    outsider.user_permissions.add(Permission.objects.get(codename="close_any_opportunity"))
    assert may(get_user_model().objects.get(pk=outsider.pk), "close", OpportunityFactory(owner=outsider))


def test_permissions_count_and_not_the_names_of_groups(opportunity, colleague):
    Group.objects.get(name="Salespeople").permissions.clear()
    board = Group.objects.create(name="Board")
    board.permissions.add(Permission.objects.get(codename="reopen_any_opportunity"))
    colleague.groups.add(board)
    assert [action for action in ACTIONS if may(colleague, action, opportunity)] == ["reopen"]


@pytest.mark.parametrize("action", ACTIONS)
def test_who_left_or_is_not_signed_in_may_nothing(opportunity, administrator, action):
    administrator.is_active = False
    for user in [administrator, AnonymousUser()]:
        assert not may(user, action, opportunity)


def test_the_groups_are_shipped_with_their_permissions():
    shipped = {group.name: set(group.permissions.values_list("codename", flat=True)) for group in Group.objects.all()}
    assert shipped == {name: set(codenames) for name, codenames in GROUPS.items()}
    assert len(OWN) == 4


def test_a_users_permissions_are_read_once(opportunity, salesperson, django_assert_num_queries):
    with django_assert_num_queries(1):  # the user's own, and the groups'
        for action in ACTIONS:
            may(salesperson, action, opportunity)


def test_ones_own_permissions_and_those_of_ones_groups_come_together(outsider, django_assert_num_queries):
    # given one of the user's own, and two groups that have one each and one in common
    own, both, first, second = OWN

    def give(owned, *codenames):
        owned.set(Permission.objects.filter(codename__in=codenames))

    give(outsider.user_permissions, own)
    for name, codename in [("Board", first), ("Advisers", second)]:
        group = Group.objects.create(name=name)
        give(group.permissions, codename, both)
        outsider.groups.add(group)
    Group.objects.create(name="Others").permissions.set(Permission.objects.all())

    # then all of them are read, and no other, in one statement
    with django_assert_num_queries(1):
        assert outsider.get_all_permissions() == {f"opportunities.{codename}" for codename in OWN}
        assert outsider.has_perms([f"opportunities.{codename}" for codename in OWN])
        assert not outsider.has_perm("opportunities.change_any_opportunity")
        assert outsider.has_module_perms("opportunities")
        assert not outsider.has_module_perms("auth")
        assert outsider.get_all_permissions(OpportunityFactory.build) == set()  # none are of one object


def test_a_superuser_has_every_permission_and_who_left_has_none(administrator, django_assert_num_queries):
    names = Permission.objects.values_list("content_type__app_label", "codename")
    every = {f"{app}.{codename}" for app, codename in names}
    with django_assert_num_queries(1):
        assert administrator.get_all_permissions() == every

    # when they leave
    administrator.is_active = False
    administrator.save()
    gone = get_user_model().objects.get(pk=administrator.pk)
    with django_assert_num_queries(0):
        assert (gone.get_all_permissions(), AnonymousUser().get_all_permissions()) == (set(), set())


def test_a_superuser_needs_no_query(opportunity, administrator, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert all(may(administrator, action, opportunity) for action in ACTIONS)


def test_a_signed_in_user_is_read_with_their_preferences(django_assert_num_queries):
    user = UserFactory()
    with django_assert_num_queries(1):
        found = Backend().get_user(user.pk)
        assert (found, getattr(found, "preferences", None)) == (user, None)
    get_user_model().objects.filter(pk=user.pk).update(is_active=False)
    assert Backend().get_user(user.pk) is None

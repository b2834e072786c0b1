"""What mypy cannot know of this project, said once: who stands in a request, what a form's fields and data are.

Every page lies behind the login (`LoginRequiredMiddleware`): `request.user` is one of ours. Fields of a form are of
the kinds that its class declares; which, their type does not say.
"""

from __future__ import annotations

from collections.abc import Callable

from mypy.plugin import AttributeContext, Plugin
from mypy.types import AnyType, Instance, Type, TypeOfAny

USER, OF_FORMS, DATA = "user", ("fields", "initial"), "data"


def _user(context: AttributeContext) -> Type:
    """The user's type, also in modules that do not import it."""
    module = context.api.modules.get("units.models.people")  # type: ignore[attr-defined]
    return Instance(module.names["User"].node, []) if module else context.default_attr_type


def _fields(context: AttributeContext) -> Type:
    text = context.api.named_generic_type("builtins.str", [])
    return context.api.named_generic_type("builtins.dict", [text, AnyType(TypeOfAny.explicit)])


def _data(context: AttributeContext) -> Type:
    """What was sent, a `QueryDict`; tests and the command line give plain dictionaries."""
    return AnyType(TypeOfAny.explicit)


class OwnPlugin(Plugin):
    def get_attribute_hook(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        owner, _dot, name = fullname.rpartition(".")
        if name == USER and owner in ("django.http.request.HttpRequest", "django.core.handlers.wsgi.WSGIRequest"):
            return _user
        if name in OF_FORMS and owner.rpartition(".")[2].endswith("Form"):
            return _fields
        if name == DATA and owner.rpartition(".")[2].endswith("Form"):
            return _data
        return None


def plugin(version: str) -> type[Plugin]:
    return OwnPlugin

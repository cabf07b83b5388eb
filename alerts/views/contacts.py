"""Contacts over HTTP: addresses of people are for operators and administrators."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from alerts import serializers
from alerts.models import Contact
from alerts.services.people import contact_by_id, delete_contact, save_contact
from alerts.views.actor import actor_of
from monitoring.api.permissions import Access, Role, only
from monitoring.api.views import ApiView

READERS = only(Role.ADMIN, Role.OPERATOR, permission="contacts:read")
WRITERS = only(Role.ADMIN, permission="contacts:write")


class Contacts(ApiView):
    """GET and POST /api/v1/monitoring/alerts/contacts"""

    access: ClassVar[Mapping[str, Access]] = {"GET": READERS, "POST": WRITERS}

    @extend_schema(operation_id="contacts_list", responses=serializers.Contact(many=True))
    def get(self, request: Request) -> Response:
        """Return all people with their addresses, by name."""
        return Response(serializers.Contact(Contact.objects.order_by("name"), many=True).data)

    @extend_schema(
        operation_id="contacts_create",
        request=serializers.ContactInput,
        responses={201: serializers.Contact},
    )
    def post(self, request: Request) -> Response:
        """Add a person; at least one address is needed."""
        body = serializers.ContactInput(data=request.data)
        body.is_valid(raise_exception=True)
        contact = save_contact(body.validated_data, by=actor_of(request).id)
        return Response(serializers.Contact(contact).data, status=201)


class OneContact(ApiView):
    """GET, PUT and DELETE /api/v1/monitoring/alerts/contacts/<id>"""

    access: ClassVar[Mapping[str, Access]] = {"GET": READERS, "PUT": WRITERS, "DELETE": WRITERS}

    @extend_schema(operation_id="contacts_one", responses=serializers.Contact)
    def get(self, request: Request, contact_id: UUID) -> Response:
        """Return one person."""
        return Response(serializers.Contact(contact_by_id(contact_id)).data)

    @extend_schema(
        operation_id="contacts_update",
        request=serializers.ContactInput(partial=True),
        responses=serializers.Contact,
    )
    def put(self, request: Request, contact_id: UUID) -> Response:
        """Change the fields that are given."""
        body = serializers.ContactInput(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        by = actor_of(request).id
        contact = save_contact(body.validated_data, by=by, contact_id=contact_id)
        return Response(serializers.Contact(contact).data)

    @extend_schema(operation_id="contacts_delete", responses={204: None})
    def delete(self, request: Request, contact_id: UUID) -> Response:
        """Delete a person whom neither a policy nor a rotation names."""
        delete_contact(contact_id, by=actor_of(request).id)
        return Response(status=204)

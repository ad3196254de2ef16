"""Where structures declare, complete, read again, and find what the law wants."""

from django.urls import path

from vigie.incidents.views import amend, declare, legal, paper, revisions

urlpatterns = [
    path("declare/", declare.start, name="declare"),
    path("declare/structures/", declare.structures, name="declare_structures"),
    path("declare/suppliers/", declare.suppliers, name="declare_suppliers"),
    path("declare/paper/", paper.blank, name="blank_paper"),
    path("declare/paper.pdf", paper.blank_pdf, name="blank_pdf"),
    path("declare/<uuid:key>/", declare.draft, name="draft"),
    path("declare/<uuid:key>/review/", declare.review, name="review"),
    path("declare/<uuid:key>/send/", declare.send, name="send"),
    path("declare/<uuid:key>/sent/", declare.sent, name="sent"),
    path("declare/<uuid:key>/discard/", declare.discard, name="discard"),
    path("declare/<uuid:key>/<slug:step>/", declare.step, name="step"),
    path("declare/<uuid:key>/<slug:step>/understood/", declare.understood, name="understood"),
    path("incidents/<int:pk>/amend/", amend.amend, name="amend"),
    path("incidents/<int:pk>/amend/contacts/", amend.contacts, name="amend_contacts"),
    path("incidents/<int:pk>/amend/contacts/erase/", amend.erase_contacts, name="erase_contacts"),
    path("incidents/<int:pk>/amend/<slug:step>/", amend.amend, name="amend_step"),
    path("incidents/<int:pk>/revisions/", revisions.revisions, name="revisions"),
    path("incidents/<int:pk>/revisions/<int:number>/", revisions.revision, name="revision"),
    path("incidents/<int:pk>/revisions/<int:number>/settle/", revisions.settle, name="settle"),
    path("incidents/<int:pk>/legal/", legal.legal, name="legal"),
    path("incidents/<int:pk>/paper/", paper.filled, name="paper"),
    path("incidents/<int:pk>/paper.pdf", paper.filled_pdf, name="paper_pdf"),
]

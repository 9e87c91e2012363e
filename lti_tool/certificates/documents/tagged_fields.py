"""Adds signature fields that assistive technology is told about, so that a sealed document stays PDF/UA-1.

ISO 14289-1, 7.18.4: a widget stands inside a Form element of the structure tree. Left alone, pyHanko adds the widget and not the
element, and every signed document would fail. So in the same revision that is signed, this adds the field, the Form element with
a reference to the widget (OBJR), its entry in the parent tree, and a name to be read out (TU, Alt).
"""

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, append_signature_field


def add_tagged_field(writer: IncrementalPdfFileWriter, name: str, *, title: str) -> None:
    """Add an invisible signature field to the first page, tagged.

    Args:
        title: what is read out, in the document's language.
    """
    # PDF/A forbids the Hidden flag and asks for Print: invisible is what has no area.
    invisible = InvisSigSettings(set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=False)
    append_signature_field(writer, SigFieldSpec(name, on_page=0, invis_sig_settings=invisible))
    fields = writer.root["/AcroForm"]["/Fields"]
    widget_reference = fields.raw_get(len(fields) - 1)
    widget = widget_reference.get_object()
    page_reference, page = _first_page(writer)
    structure = writer.root["/StructTreeRoot"]
    key = int(structure["/ParentTreeNextKey"]) if "/ParentTreeNextKey" in structure else _next_key(structure["/ParentTree"])

    element = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/StructElem"),
            pdf_name("/S"): pdf_name("/Form"),
            pdf_name("/Alt"): generic.TextStringObject(title),
            pdf_name("/Pg"): page_reference,
            pdf_name("/K"): generic.DictionaryObject(
                {
                    pdf_name("/Type"): pdf_name("/OBJR"),
                    pdf_name("/Obj"): widget_reference,
                    pdf_name("/Pg"): page_reference,
                }
            ),
        }
    )
    element_reference = writer.add_object(element)
    _append_to_document(writer, element, element_reference)
    widget[pdf_name("/StructParent")] = generic.NumberObject(key)
    widget[pdf_name("/TU")] = generic.TextStringObject(title)
    _enter_in_parent_tree(writer, key, element_reference)
    structure[pdf_name("/ParentTreeNextKey")] = generic.NumberObject(key + 1)
    # ISO 14289-1, 7.18.3: a page with annotations is walked through in the order of its structure.
    page[pdf_name("/Tabs")] = pdf_name("/S")
    for changed in (widget, page, structure):
        writer.update_container(changed)


def _first_page(writer: IncrementalPdfFileWriter) -> tuple[generic.IndirectObject, generic.DictionaryObject]:
    reference = writer.find_page_for_modification(0)[0]
    page = reference.get_object()
    assert isinstance(page, generic.DictionaryObject)
    return reference, page


def _append_to_document(
    writer: IncrementalPdfFileWriter, element: generic.DictionaryObject, reference: generic.IndirectObject
) -> None:
    structure = writer.root["/StructTreeRoot"]
    # typst gives the tree one child, the Document; the field becomes that one's last child.
    top = structure.raw_get("/K")
    top = top.get_object() if isinstance(top, generic.IndirectObject) else top
    top_reference = top.raw_get(0) if isinstance(top, generic.ArrayObject) else structure.raw_get("/K")
    document = top_reference.get_object()
    element[pdf_name("/P")] = top_reference
    children = document["/K"] if "/K" in document else generic.ArrayObject()
    if not isinstance(children, generic.ArrayObject):
        children = generic.ArrayObject([document.raw_get("/K")])
        document[pdf_name("/K")] = children
    children.append(reference)
    writer.update_container(children)
    writer.update_container(document)


def _next_key(tree: generic.DictionaryObject) -> int:
    if "/Nums" in tree:
        numbers = tree["/Nums"]
        return max((int(numbers[at]) for at in range(0, len(numbers), 2)), default=-1) + 1
    return max(_next_key(kid.get_object()) for kid in tree["/Kids"])


def _enter_in_parent_tree(writer: IncrementalPdfFileWriter, key: int, reference: generic.IndirectObject) -> None:
    tree = writer.root["/StructTreeRoot"]["/ParentTree"]
    if "/Kids" in tree:
        leaf = generic.DictionaryObject(
            {
                pdf_name("/Nums"): generic.ArrayObject([generic.NumberObject(key), reference]),
                pdf_name("/Limits"): generic.ArrayObject([generic.NumberObject(key), generic.NumberObject(key)]),
            }
        )
        tree["/Kids"].append(writer.add_object(leaf))
        writer.update_container(tree["/Kids"])
    else:
        tree["/Nums"].append(generic.NumberObject(key))
        tree["/Nums"].append(reference)
        writer.update_container(tree["/Nums"])
    writer.update_container(tree)

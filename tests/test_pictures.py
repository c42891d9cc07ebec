"""Workbooks, documents and mails become pictures and pages that can be looked at."""

from email.message import EmailMessage

import docx
import pytest
from pictures import document_pictures, mail_page, needs_calc, needs_writer, print_pictures, sheet_pictures

PNG = b"\x89PNG\r\n\x1a\n"


@needs_calc
def test_each_sheet_of_a_workbook_is_one_picture(write_xlsx, tmp_path):
    long = [[f"第{row}行", "看得见" * 20] for row in range(200)]
    path = write_xlsx({"看板": [["甲", 1]], "空": [], "待改": long})
    pictures = sheet_pictures(path, tmp_path / "out")
    assert list(pictures) == ["看板", "空", "待改"]
    assert all(picture.read_bytes().startswith(PNG) for picture in pictures.values())


@needs_calc
def test_what_is_printed_is_a_picture_a_page(write_xlsx, tmp_path):
    path = write_xlsx({"待改": [[f"第{row}行"] for row in range(200)]})
    assert len(print_pictures(path, tmp_path)) > 2


@needs_writer
def test_each_page_of_a_document_is_a_picture(tmp_path):
    document = docx.Document()
    document.add_paragraph("第一页")
    document.add_page_break()
    document.add_paragraph("第二页")
    document.save(tmp_path / "报告.docx")
    assert len(document_pictures(tmp_path / "报告.docx", tmp_path / "out")) == 2


def mail(tmp_path, html):
    message = EmailMessage()
    message.set_content("文字")
    message.add_alternative(html, subtype="html")
    message.get_body(("html",)).add_related(PNG, "image", "png", cid="<bar@example>")
    path = tmp_path / "周报.eml"
    path.write_bytes(message.as_bytes())
    return path


def test_a_mail_becomes_a_page_with_its_pictures_in_it(tmp_path):
    page = mail_page(mail(tmp_path, '<p>进度</p><img src="cid:bar@example">'), tmp_path / "周报.html")
    html = page.read_text(encoding="utf-8")
    assert "进度" in html
    assert 'src="data:image/png;base64,iVBORw0KGgo="' in html


def test_a_picture_that_a_mail_does_not_carry_is_missed(tmp_path):
    with pytest.raises(ValueError, match="does not carry lost"):
        mail_page(mail(tmp_path, '<img src="cid:lost">'), tmp_path / "x.html")

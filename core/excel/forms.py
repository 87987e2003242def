from django import forms

from core.excel.guards import recognise


class ImportForm(forms.Form):
    import_file = forms.FileField(
        label="文件",
        allow_empty_file=True,
        error_messages={"required": "请选择要导入的文件。"},
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def clean_import_file(self):
        file = self.cleaned_data["import_file"]
        self.kind = recognise(file)
        return file


class ConfirmForm(forms.Form):
    ticket = forms.CharField(widget=forms.HiddenInput)

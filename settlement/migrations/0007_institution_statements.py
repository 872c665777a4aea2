
import datetime
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agency', '0005_batch_control'),
        ('settlement', '0006_held_cases'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='InstitutionAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(default=datetime.date(2000, 1, 1), verbose_name='生效日期')),
                ('valid_to', models.DateField(blank=True, help_text='空着表示一直有效', null=True, verbose_name='失效日期')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='依据')),
                ('account_name', models.CharField(max_length=100, verbose_name='户名')),
                ('bank', models.CharField(max_length=100, verbose_name='开户行')),
                ('account_no', models.CharField(max_length=40, verbose_name='账号')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='agency.institution', verbose_name='定点医药机构')),
            ],
            options={
                'verbose_name': '医药机构收款账户',
                'verbose_name_plural': '医药机构收款账户',
                'ordering': ['institution', 'valid_from'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'valid_from'), name='institution_account_one_per_start'), models.CheckConstraint(condition=models.Q(('valid_to__isnull', True), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='institution_account_dates_in_order', violation_error_message='失效日期不能早于生效日期。')],
            },
        ),
        migrations.CreateModel(
            name='InstitutionStatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cases', models.IntegerField(verbose_name='人次')),
                ('records', models.PositiveIntegerField(verbose_name='明细数')),
                ('total_fee_fen', models.BigIntegerField(verbose_name='医疗总费用')),
                ('pooling_pay_fen', models.BigIntegerField(verbose_name='统筹基金')),
                ('critical_illness_pay_fen', models.BigIntegerField(verbose_name='大病保险')),
                ('large_expense_pay_fen', models.BigIntegerField(verbose_name='大额医疗费用补助')),
                ('civil_servant_pay_fen', models.BigIntegerField(verbose_name='公务员医疗补助')),
                ('enterprise_pay_fen', models.BigIntegerField(verbose_name='企业补充')),
                ('medical_assistance_pay_fen', models.BigIntegerField(verbose_name='医疗救助')),
                ('other_pay_fen', models.BigIntegerField(verbose_name='其他')),
                ('fund_total_fen', models.BigIntegerField(verbose_name='基金支付合计')),
                ('personal_account_pay_fen', models.BigIntegerField(verbose_name='个人账户')),
                ('deductions', models.PositiveIntegerField(verbose_name='扣款笔数')),
                ('deduction_fen', models.BigIntegerField(verbose_name='扣款')),
                ('payable_fen', models.BigIntegerField(verbose_name='应付金额')),
                ('statement_no', models.CharField(max_length=40, unique=True, verbose_name='对账单编号')),
                ('version', models.PositiveSmallIntegerField(verbose_name='版本')),
                ('institution_code', models.CharField(max_length=12, verbose_name='医药机构编号')),
                ('institution_name', models.CharField(blank=True, max_length=100, verbose_name='医药机构名称')),
                ('state', models.CharField(choices=[('drawn', '待经办确认'), ('sent', '待机构确认'), ('disputed', '机构不同意'), ('agreed', '双方已确认'), ('paid', '已结清'), ('voided', '已作废')], default='drawn', max_length=10, verbose_name='状态')),
                ('is_final', models.BooleanField(verbose_name='定稿')),
                ('changed_in', models.BigIntegerField(editable=False, verbose_name='数额变动于')),
                ('seen_in', models.BigIntegerField(editable=False, verbose_name='最近生成')),
                ('agency_at', models.DateTimeField(blank=True, null=True, verbose_name='经办确认时间')),
                ('institution_contact', models.CharField(blank=True, max_length=50, verbose_name='机构联系人')),
                ('institution_on', models.DateField(blank=True, null=True, verbose_name='机构答复日期')),
                ('institution_at', models.DateTimeField(blank=True, null=True, verbose_name='答复记录时间')),
                ('dispute_reason', models.CharField(blank=True, max_length=200, verbose_name='不同意的原因')),
                ('paid_on', models.DateField(blank=True, null=True, verbose_name='结清日期')),
                ('voucher_no', models.CharField(blank=True, max_length=40, verbose_name='凭证号')),
                ('agency_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='经办确认人')),
                ('care_region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agency.poolingregion', verbose_name='就医地')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='agency.institution', verbose_name='定点医药机构')),
                ('institution_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='答复记录人')),
                ('period', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='statements', to='settlement.clearingperiod', verbose_name='清算期')),
            ],
            options={
                'verbose_name': '医药机构对账单',
                'verbose_name_plural': '医药机构对账单',
                'ordering': ['statement_no'],
                'indexes': [models.Index(fields=['period', 'statement_no'], name='statement_of_month'), models.Index(fields=['care_region', 'period', 'statement_no'], name='statement_of_region'), models.Index(condition=models.Q(('state__in', ['paid', 'voided']), _negated=True), fields=['care_region', 'period', 'state'], name='statement_waiting'), models.Index(condition=models.Q(('is_final', True), ('payable_fen__lt', 0), models.Q(('state__in', ['paid', 'voided']), _negated=True)), fields=['care_region', 'institution'], name='statement_to_recover')],
                'constraints': [models.UniqueConstraint(fields=('period', 'care_region', 'institution', 'version'), name='statement_once_per_version'), models.CheckConstraint(condition=models.Q(('state__in', ['drawn', 'sent', 'disputed', 'agreed', 'paid', 'voided'])), name='statement_state_is_known'), models.CheckConstraint(condition=models.Q(('fund_total_fen', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('pooling_pay_fen'), '+', models.F('critical_illness_pay_fen')), '+', models.F('large_expense_pay_fen')), '+', models.F('civil_servant_pay_fen')), '+', models.F('enterprise_pay_fen')), '+', models.F('medical_assistance_pay_fen')), '+', models.F('other_pay_fen')))), name='statement_funds_add_up', violation_error_message='基金支付合计应等于七项基金之和。'), models.CheckConstraint(condition=models.Q(('payable_fen', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('fund_total_fen'), '+', models.F('personal_account_pay_fen')), '-', models.F('deduction_fen')))), name='statement_payable_adds_up', violation_error_message='应付应等于基金支付合计加个人账户减扣款。'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['sent', 'disputed', 'agreed', 'paid']), _negated=True), models.Q(('agency_at__isnull', False), ('agency_by__isnull', False)), _connector='OR'), name='statement_sent_by_agency', violation_error_message='机构答复之前须有经办确认。'), models.CheckConstraint(condition=models.Q(models.Q(('institution_by__isnull', True), ('institution_on__isnull', True), ('state__in', ['drawn', 'sent'])), models.Q(('state__in', ['disputed', 'agreed', 'paid']), ('institution_by__isnull', False), ('institution_on__isnull', False), models.Q(('institution_contact', ''), _negated=True)), ('state', 'voided'), _connector='OR'), name='statement_answered_by_institution', violation_error_message='机构的答复须有联系人、日期和记录人。'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'disputed'), models.Q(('dispute_reason', ''), _negated=True)), ('state', 'voided'), models.Q(models.Q(('state', 'disputed'), _negated=True), ('dispute_reason', '')), _connector='OR'), name='statement_disputed_with_reason', violation_error_message='机构不同意须写明原因。'), models.CheckConstraint(condition=models.Q(('institution_by__isnull', True), models.Q(('institution_by', models.F('agency_by')), _negated=True), _connector='OR'), name='statement_answer_by_second_person', violation_error_message='确认人不能自己记录机构的答复，请由另一位同事记录。'), models.CheckConstraint(condition=models.Q(models.Q(('is_final', True), ('paid_on__isnull', False), ('state', 'paid'), models.Q(('voucher_no', ''), _negated=True), models.Q(('payable_fen', 0), _negated=True)), models.Q(models.Q(('state', 'paid'), _negated=True), ('paid_on__isnull', True), ('voucher_no', '')), _connector='OR'), name='statement_paid_with_voucher', violation_error_message='结清须有日期和凭证号，且对账单已定稿、金额不为零。')],
            },
        ),
        migrations.CreateModel(
            name='StatementDrawing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField(default=1, verbose_name='版本')),
                ('draw_no', models.BigIntegerField(default=0, verbose_name='生成序号')),
                ('computed_seq', models.BigIntegerField(default=0, verbose_name='所据计算')),
                ('is_final', models.BooleanField(default=False, verbose_name='定稿')),
                ('drawn_at', models.DateTimeField(blank=True, null=True, verbose_name='生成时间')),
                ('care_region', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agency.poolingregion', verbose_name='就医地')),
                ('drawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='生成人')),
                ('period', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='drawings', to='settlement.clearingperiod', verbose_name='清算期')),
            ],
            options={
                'verbose_name': '对账单生成',
                'verbose_name_plural': '对账单生成',
                'ordering': ['-period', 'care_region'],
                'constraints': [models.UniqueConstraint(fields=('period', 'care_region'), name='statement_drawing_once')],
            },
        ),
        migrations.CreateModel(
            name='StatementLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cases', models.IntegerField(verbose_name='人次')),
                ('records', models.PositiveIntegerField(verbose_name='明细数')),
                ('total_fee_fen', models.BigIntegerField(verbose_name='医疗总费用')),
                ('pooling_pay_fen', models.BigIntegerField(verbose_name='统筹基金')),
                ('critical_illness_pay_fen', models.BigIntegerField(verbose_name='大病保险')),
                ('large_expense_pay_fen', models.BigIntegerField(verbose_name='大额医疗费用补助')),
                ('civil_servant_pay_fen', models.BigIntegerField(verbose_name='公务员医疗补助')),
                ('enterprise_pay_fen', models.BigIntegerField(verbose_name='企业补充')),
                ('medical_assistance_pay_fen', models.BigIntegerField(verbose_name='医疗救助')),
                ('other_pay_fen', models.BigIntegerField(verbose_name='其他')),
                ('fund_total_fen', models.BigIntegerField(verbose_name='基金支付合计')),
                ('personal_account_pay_fen', models.BigIntegerField(verbose_name='个人账户')),
                ('deductions', models.PositiveIntegerField(verbose_name='扣款笔数')),
                ('deduction_fen', models.BigIntegerField(verbose_name='扣款')),
                ('payable_fen', models.BigIntegerField(verbose_name='应付金额')),
                ('version', models.PositiveSmallIntegerField(verbose_name='版本')),
                ('insurance_type', models.CharField(choices=[('employee', '职工'), ('resident', '居民')], max_length=8, verbose_name='险种')),
                ('care_kind', models.CharField(choices=[('outpatient', '普通门诊'), ('chronic_outpatient', '门诊慢特病'), ('inpatient', '住院'), ('pharmacy', '药店购药'), ('maternity', '生育')], max_length=20, verbose_name='医疗类别')),
                ('draw_no', models.BigIntegerField(verbose_name='生成序号')),
                ('care_region', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agency.poolingregion', verbose_name='就医地')),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agency.institution', verbose_name='定点医药机构')),
                ('period', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='settlement.clearingperiod', verbose_name='清算期')),
            ],
            options={
                'verbose_name': '对账单分项',
                'verbose_name_plural': '对账单分项',
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('period', 'care_region', 'institution', 'version', 'insurance_type', 'care_kind', 'draw_no'), name='statement_line_once'), models.CheckConstraint(condition=models.Q(('fund_total_fen', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('pooling_pay_fen'), '+', models.F('critical_illness_pay_fen')), '+', models.F('large_expense_pay_fen')), '+', models.F('civil_servant_pay_fen')), '+', models.F('enterprise_pay_fen')), '+', models.F('medical_assistance_pay_fen')), '+', models.F('other_pay_fen')))), name='statement_line_funds_add_up', violation_error_message='基金支付合计应等于七项基金之和。'), models.CheckConstraint(condition=models.Q(('payable_fen', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('fund_total_fen'), '+', models.F('personal_account_pay_fen')), '-', models.F('deduction_fen')))), name='statement_line_payable_adds_up', violation_error_message='应付应等于基金支付合计加个人账户减扣款。'), models.CheckConstraint(condition=models.Q(('insurance_type__in', ['employee', 'resident'])), name='statement_line_insurance_is_known'), models.CheckConstraint(condition=models.Q(('care_kind__in', ['outpatient', 'chronic_outpatient', 'inpatient', 'pharmacy', 'maternity'])), name='statement_line_care_kind_is_known')],
            },
        ),
    ]
